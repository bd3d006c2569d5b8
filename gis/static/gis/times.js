// @ts-check
/** Days and hours as the city counts them, wherever the browser is, in the user's language. */

const { lang, dataset } = document.documentElement;

/** @param {Intl.DateTimeFormatOptions} options @returns {(moment: string | number | Date) => string} */
export function timeFormat(options) {
  const format = new Intl.DateTimeFormat(lang, { timeZone: dataset.timeZone, hourCycle: "h23", ...options });
  return (moment) => format.format(new Date(moment));
}

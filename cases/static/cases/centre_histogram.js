// @ts-check
/** Reports over time, stacked by kind; brushing a stretch filters the whole screen. */
import * as echarts from "echarts";
import { _, interpolate } from "../gis/i18n.js";
import { color } from "../gis/theme.js";

/**
 * @param {HTMLElement} container
 * @param {(interval: string) => void} onBrush "" when the brush is taken away
 */
export function createHistogram(container, onBrush) {
  const chart = echarts.init(container);
  /** @type {any} */
  let told = null;
  let brushed = "";
  new ResizeObserver(() => chart.resize()).observe(container);
  container.addEventListener("wheel", (event) => event.stopPropagation());

  /** @param {string} iso */
  function label(iso) {
    const [day, time] = [iso.slice(0, 10), iso.slice(11, 16)];
    return { hour: time, day: `${Number(day.slice(5, 7))}-${day.slice(8)}`, month: day.slice(0, 7) }[/** @type {"hour"} */ (told.step)];
  }
  /** The end of bin `n`, a millisecond before the next. @param {number} n */
  function endOf(n) {
    const { bins, step } = told;
    const next = bins[n + 1] ? Date.parse(bins[n + 1].start) : Date.parse(bins[n].start) + { hour: 3.6e6, day: 8.64e7, month: 31 * 8.64e7 }[/** @type {"hour"} */ (step)];
    return new Date(next - 1).toISOString();
  }

  chart.on("brushEnd", (/** @type {any} */ { areas }) => {
    if (!areas.length || !told) return;
    const [from, to] = areas[0].coordRange.map((/** @type {number} */ n) => Math.min(Math.max(n, 0), told.bins.length - 1));
    brushed = `${new Date(told.bins[from].start).toISOString()}/${endOf(to)}`;
    onBrush(brushed);
  });

  function draw() {
    if (!told) return;
    const ink = color("--ink-2");
    const line = color("--line");
    const tones = [color("--warn"), color("--accent")]; // assets, incidents: the many in the calmer one
    chart.setOption({
      animation: false,
      color: tones,
      textStyle: { fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--font") },
      grid: { left: 44, right: 12, top: 26, bottom: 24 },
      legend: { right: 12, top: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: ink, fontSize: 13 } },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, backgroundColor: color("--surface-1"), borderColor: line, textStyle: { color: color("--ink-1") } },
      toolbox: { show: false },
      brush: { toolbox: [], xAxisIndex: 0, brushStyle: { color: color("--accent-soft"), borderColor: color("--accent"), borderWidth: 1, opacity: 0.4 }, outOfBrush: { colorAlpha: 0.35 } },
      xAxis: { type: "category", data: told.bins.map((/** @type {any} */ bin) => label(bin.start)), axisLabel: { color: ink, fontSize: 12 }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { color: ink, fontSize: 12 }, splitLine: { lineStyle: { color: line } } },
      series: told.kinds.map((/** @type {any} */ { kind, title }) => ({
        name: title, type: "bar", stack: "all", barCategoryGap: "18%",
        data: told.bins.map((/** @type {any} */ bin) => bin[kind]),
      })),
    }, { notMerge: true });
    chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption: { brushType: "lineX", brushMode: "single" } });
    if (brushed) showBrush();
  }

  function showBrush() {
    const [start, end] = brushed.split("/").map((iso) => Date.parse(iso));
    const starts = told.bins.map((/** @type {any} */ bin) => Date.parse(bin.start));
    const from = starts.findIndex((/** @type {number} */ t) => t >= start);
    const to = starts.findLastIndex((/** @type {number} */ t) => t <= end);
    if (from >= 0 && to >= from) chart.dispatchAction({ type: "brush", areas: [{ brushType: "lineX", xAxisIndex: 0, coordRange: [from, to] }] });
  }

  document.addEventListener("themechange", draw);
  return {
    /** @param {any} histogram of the figures @param {string} brush */
    set(histogram, brush) {
      told = histogram;
      brushed = brush;
      const most = histogram.bins.reduce((/** @type {number} */ sum, /** @type {any} */ bin) => sum + bin.asset + bin.incident, 0);
      container.setAttribute("aria-label", interpolate(_("%(count)s reports over time; brush a stretch to filter."), { count: most }));
      draw();
    },
    clear() {
      brushed = "";
      chart.dispatchAction({ type: "brush", areas: [] });
    },
  };
}

// @ts-check
/** New cases as they come: one event stream for all tabs of the browser, since a browser opens only six to one
 * server. The tab that holds the lock has it and tells the others; when it closes, the next one takes over. */

const EVENTS = ["case", "change", "many", "beat"];
const SILENCE_MS = 35_000; // three beats of the server
const AGAIN_MS = 3_000;

/**
 * @typedef {{event: string, data: any, id: number}} News `id` is of the last case told, 0 if the event has none
 * @param {{address: string, user: number, onNews: (news: News) => void, onState: (state: "live" | "lost") => void}} options
 *   `onState("live")` also follows each break: whoever counts should ask anew then
 */
export function watchCases({ address, user, onNews, onState }) {
  const name = `wangge-live-${user}`;
  const channel = new BroadcastChannel(name);
  let last = 0;
  let state = "lost";

  /** @param {News} news */
  const hear = (news) => {
    last = Math.max(last, news.id);
    if (news.event !== "beat") onNews(news);
  };
  /** @param {"live" | "lost"} now */
  const become = (now) => {
    if (now === state) return;
    state = now;
    onState(now);
  };

  let leads = false;
  channel.onmessage = ({ data }) => {
    if (data.ask) { if (leads) channel.postMessage({ state }); }
    else if (data.state) become(data.state);
    else hear(data.news);
  };

  const lead = () => {
    leads = true;
    open({
      address,
      last: () => last,
      onNews: (news) => { channel.postMessage({ news }); hear(news); },
      onState: (now) => { channel.postMessage({ state: now }); become(now); },
    });
  };
  onState("lost");
  if (!navigator.locks) return lead(); // a page that is not from a secure origin has no locks: each tab has its own
  channel.postMessage({ ask: true });
  navigator.locks.request(name, () => { lead(); return new Promise(() => {}); }); // held for as long as the tab lives
}

/**
 * @param {{address: string, last: () => number, onNews: (news: News) => void, onState: (state: "live" | "lost") => void}} options
 */
function open({ address, last, onNews, onState }) {
  const after = last() ? `?after=${last()}` : "";
  const source = new EventSource(address + after, { withCredentials: true });
  let silence = setTimeout(again, SILENCE_MS);

  function again() {
    clearTimeout(silence);
    source.close();
    onState("lost");
    setTimeout(() => open({ address, last, onNews, onState }), AGAIN_MS);
  }
  for (const event of EVENTS) {
    source.addEventListener(event, (message) => {
      clearTimeout(silence);
      silence = setTimeout(again, SILENCE_MS);
      onState("live");
      const { data, lastEventId } = /** @type {MessageEvent} */ (message);
      onNews({ event, data: data ? JSON.parse(data) : null, id: event === "case" ? Number(lastEventId) : 0 });
    });
  }
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) again(); // refused; otherwise the browser tries again by itself
    else onState("lost");
  };
}

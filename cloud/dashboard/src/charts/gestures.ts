/** Fingers, wheel and mouse on a chart: one finger reads (the chart does that), two move and zoom. */
import { moved, pinched, zoomed, type Span } from "./span";

export interface Moves {
  /** Left edge and width of what is drawn, in CSS pixels of the screen. */
  box: () => { left: number; width: number };
  span: () => Span;
  /** While it is under way; returns what is really shown. */
  preview: (span: Span) => void;
  /** When it has come to rest. */
  settle: () => void;
  /** Two quick taps: show everything. */
  reset: () => void;
}

const WHEEL_STEP = 1.002;
const REST_MS = 200;
const DOUBLE_TAP_MS = 350;
const DOUBLE_TAP_PX = 30;

/** Follow what happens on `node`; returns what ends it. */
export function followMoves(node: HTMLElement, moves: Moves): () => void {
  const down = new Map<number, number>();
  let start: { span: Span; at: [number, number] } | null = null;
  let dragged: { span: Span; x: number } | null = null;
  let lastTap = { at: -Infinity, x: 0 };
  let resting: ReturnType<typeof setTimeout> | undefined;
  const ending = new AbortController();
  const on = <Name extends keyof HTMLElementEventMap>(
    name: Name,
    act: (event: HTMLElementEventMap[Name]) => void,
    passive = true,
  ) => node.addEventListener(name, act, { signal: ending.signal, passive });

  const fingers = (): [number, number] | null => {
    const [first, second] = [...down.values()];
    return first === undefined || second === undefined ? null : [first, second];
  };
  const restLater = () => {
    clearTimeout(resting);
    resting = setTimeout(() => moves.settle(), REST_MS);
  };

  on("pointerdown", (event) => {
    const x = event.clientX - moves.box().left;
    if (event.pointerType === "mouse") {
      if (event.button === 0) dragged = { span: moves.span(), x };
      return;
    }
    down.set(event.pointerId, x);
    const at = fingers();
    start = at && { span: moves.span(), at };
    const twice = event.timeStamp - lastTap.at < DOUBLE_TAP_MS && Math.abs(x - lastTap.x) < DOUBLE_TAP_PX;
    lastTap = { at: twice || at ? -Infinity : event.timeStamp, x };
    if (twice && !at) moves.reset();
  });
  on("pointermove", (event) => {
    const { left, width } = moves.box();
    const x = event.clientX - left;
    if (dragged && event.buttons === 1) return moves.preview(moved(dragged.span, (dragged.x - x) / width));
    if (!down.has(event.pointerId)) return;
    down.set(event.pointerId, x);
    const now = fingers();
    if (start && now) moves.preview(pinched(start.span, start.at, now, width));
  });
  const lift = (event: PointerEvent) => {
    if (dragged || start) restLater();
    dragged = start = null;
    down.delete(event.pointerId);
  };
  on("pointerup", lift);
  on("pointercancel", lift);
  on("pointerleave", lift);
  on("dblclick", () => moves.reset());
  on(
    "wheel",
    (event) => {
      // An upright wheel alone scrolls the page.
      if (!event.ctrlKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
      event.preventDefault();
      const { left, width } = moves.box();
      moves.preview(
        event.ctrlKey
          ? zoomed(moves.span(), WHEEL_STEP ** event.deltaY, (event.clientX - left) / width)
          : moved(moves.span(), event.deltaX / width),
      );
      restLater();
    },
    false,
  );
  return () => {
    clearTimeout(resting);
    ending.abort();
  };
}

/** Work that may wait for its turn, one piece at a time, so that a slow phone answers a finger between two of them. */
const waiting: (() => void)[] = [];
/** A page at work is never idle; what waits has its turn all the same. */
const AT_LATEST_MS = 300;
let asked = false;

/** Do `work` when those before it are done and the browser has nothing better to do; returns how to call it off. */
export function inTurn(work: () => void): () => void {
  waiting.push(work);
  askForTurn();
  return () => {
    const index = waiting.indexOf(work);
    if (index >= 0) waiting.splice(index, 1);
  };
}

function askForTurn(): void {
  if (asked || waiting.length === 0) return;
  asked = true;
  // Safari is without requestIdleCallback.
  if (typeof requestIdleCallback === "function") requestIdleCallback(next, { timeout: AT_LATEST_MS });
  else setTimeout(next, 0);
}

function next(): void {
  asked = false;
  waiting.shift()?.();
  askForTurn();
}

/** Work for the next task: it is wanted now, but not in one piece with what is under way. Returns how to call it off. */
export function soon(work: () => void): () => void {
  const timer = setTimeout(work, 0);
  return () => clearTimeout(timer);
}

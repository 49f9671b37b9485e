/** Run something only while the page is looked at: a phone in a pocket must not drain its battery. */
export function whileVisible(thing: { start(): void; stop(): void }): () => void {
  let running = false;
  const follow = () => {
    if (document.hidden === !running) return;
    running = !document.hidden;
    if (running) thing.start();
    else thing.stop();
  };
  follow();
  document.addEventListener("visibilitychange", follow);
  return () => {
    document.removeEventListener("visibilitychange", follow);
    if (running) thing.stop();
  };
}

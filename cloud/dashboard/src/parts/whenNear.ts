/** Below the fold of a slow phone a thing costs nothing until it is nearly seen. */
const MARGIN = "300px";

/** An attachment that calls `act` once, when its node comes near to what is seen. */
export function whenNear(act: () => void): (node: Element) => () => void {
  return (node) => {
    const watch = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watch.disconnect();
        act();
      },
      { rootMargin: MARGIN },
    );
    watch.observe(node);
    return () => watch.disconnect();
  };
}

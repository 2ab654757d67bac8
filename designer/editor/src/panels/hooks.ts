import { useEffect, useReducer, useState } from "preact/hooks";

interface Source {
  /** Something moves at each frame: what is not the drawing waits. */
  readonly isBusy?: boolean;
  subscribe(listener: () => void): () => void;
}

/** Draw a panel anew when one of its sources changed, at most once a frame. */
export function useChanges(...sources: Source[]): void {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let frame = 0;
    const ask = () => {
      if (sources.some((source) => source.isBusy)) return;
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        again(undefined);
      });
    };
    const stops = sources.map((source) => source.subscribe(ask));
    ask(); // what changed between the drawing of the panel and now
    return () => {
      cancelAnimationFrame(frame);
      for (const stop of stops) stop();
    };
  }, sources);
}

/** A value that this browser remembers; where storage is forbidden, only as long as the page is open. */
export function useRemembered<T>(name: string, initial: T): [T, (value: T) => void] {
  const [value, set] = useState<T>(() => {
    try {
      const text = localStorage.getItem(name);
      return text === null ? initial : (JSON.parse(text) as T);
    } catch {
      return initial;
    }
  });
  const remember = (next: T) => {
    set(next);
    try {
      localStorage.setItem(name, JSON.stringify(next));
    } catch {
      // It is kept for as long as the page is open.
    }
  };
  return [value, remember];
}

import { useEffect, useRef, type RefObject } from "react";
import { announce } from "../../shell/notices.ts";

/**
 * For what opens beside a list: where the list stands above it, as on a narrow screen, it is brought into sight; a screen
 * reader is told its name. The focus stays in the list, so that the next one is a Tab away.
 */
export function useInSight<E extends HTMLElement>(name: string): RefObject<E | null> {
  const place = useRef<E>(null);
  useEffect(() => {
    const top = place.current?.getBoundingClientRect().top ?? 0;
    if (top > window.innerHeight / 2) place.current?.scrollIntoView({ block: "start" });
    announce(`Opened: ${name}`);
  }, [name]);
  return place;
}

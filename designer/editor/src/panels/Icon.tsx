import { sprite } from "./page.ts";

/** A symbol of the page's sprite. */
export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" width="18" height="18" aria-hidden="true" focusable="false">
      <use href={`${sprite()}#${name}`} />
    </svg>
  );
}

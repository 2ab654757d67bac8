import type { Autosave } from "../api/autosave.ts";
import type { HttpClient } from "../api/client.ts";
import type { Failing } from "../api/failing.ts";
import type { Live } from "../api/live.ts";
import type { Revisions } from "../api/revisions.ts";
import type { Together } from "../api/together.ts";
import type { Keyboard } from "../tools/keyboard.ts";
import type { PointerTool } from "../tools/pointer.ts";
import type { Workspace } from "../workspace.ts";
import type { PageData } from "./page.ts";

/** What every panel may use. */
export interface App {
  readonly page: PageData;
  readonly workspace: Workspace;
  readonly save: Autosave;
  readonly live: Live;
  readonly failing: Failing;
  readonly client: HttpClient;
  readonly together: Together;
  readonly revisions: Revisions;
  readonly keyboard: Keyboard;
  pointer: PointerTool | null;
}

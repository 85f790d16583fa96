/** What child.ts is in Node: measures rows away from the page, which stays alive. */
import { cotangent } from "../src/cotangent/library.ts";
import { measureRow } from "../src/measure.ts";
import type { Reply, Request } from "../src/protocol.ts";

const reply = (message: Reply): void => self.postMessage(message);

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  const library = cotangent();
  reply({ versions: library.versions });
  const { rows, budget, threads } = data;
  for (const row of rows) reply(await measureRow(library, row, budget, threads));
};

/**
 * Words of the memory in which threads agree on who does what, each on a cache line of its own. Calls have
 * numbers that go on forever, modulo 2³²: `taken` is the next one to be taken, `published` the one after the
 * last that may be, and `done` counts those that have ended. So a thread that comes late takes nothing, and
 * one that never comes is not waited for.
 */
export const WORD = { taken: 0, published: 16, done: 32, failure: 48, calls: 256 } as const;

/** How many calls have a place at a time, a power of 2, and the words of a place: a kernel, and up to 23 arguments. */
export const PLACES = 1024;
export const PLACE_WORDS = 24;

/** Characters of a failure's message, behind their number. */
export const MESSAGE = 200;

/** Words of modules that threads know, in the order of their compilation. */
export const LOG_WORDS: number = 2 ** 20;

export const CONTROL_WORDS: number = WORD.calls + PLACES * PLACE_WORDS;

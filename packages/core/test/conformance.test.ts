import { describe, it } from "vitest";
import { conformance } from "../src/testing.ts";

conformance({ describe, it });

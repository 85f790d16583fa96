import { tie } from "../knot.ts";
import { add, neg } from "./arithmetic.ts";
import { astype } from "./cast.ts";
import { expandTo, reshapeTo } from "./views.ts";

tie({ add, neg, broadcastTo: expandTo, reshape: reshapeTo, astype });

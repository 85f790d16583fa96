/** Compiled against `dist` without the DOM, Node's types or a new `lib`: what a user's strictest program sees. */
import * as core from "@cotangent/core";
import * as extend from "@cotangent/core/extend";
import * as testing from "@cotangent/core/testing";
import * as functional from "@cotangent/functional";
import * as closure from "@cotangent/functional/closure";
import * as jd from "@cotangent/jd";
import * as kernelsCpu from "@cotangent/kernels-cpu";
import * as nn from "@cotangent/nn";

export const entries = { core, extend, testing, functional, closure, kernelsCpu, nn, jd };

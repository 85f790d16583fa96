import { describe, expect, it } from "vitest";
import { cast, constant, index, input, s, select } from "../src/expr.ts";

const x = input(0, "float32");
const flag = input(1, "bool");
const whole = input(0, "int32");

describe("expressions", () => {
  it("are the same object when they are equal", () => {
    expect(s.mul(x, s.add(x, 1))).toBe(s.mul(input(0, "float32"), s.add(x, 1)));
    expect(index()).toBe(index());
    expect(input(0, "float64")).not.toBe(x);
    expect(s.sub(x, 1)).not.toBe(s.sub(1, x));
  });

  it("tell 0 from −0, and NaN from nothing but numbers", () => {
    expect(constant(0, "float32")).not.toBe(constant(-0, "float32"));
    expect(constant(NaN, "float32")).toBe(constant(NaN, "float32"));
  });

  it("hold constants as their type does", () => {
    expect(constant(0.1, "float32").value).toBe(Math.fround(0.1));
    expect(constant(0.1, "float64").value).toBe(0.1);
    expect(constant(-0, "int32").value).toBe(0);
    expect(() => constant(0.5, "int32")).toThrow("constant: 0.5 is not a value of int32");
    expect(() => constant(2, "bool")).toThrow("constant: 2 is not a value of bool");
  });

  it("give a number the type of the expression beside it", () => {
    expect(s.add(1, whole).args[0]).toBe(constant(1, "int32"));
    expect(select(flag, x, 0).args[2]).toBe(constant(0, "float32"));
  });

  it("have the types of their operands, comparisons bool", () => {
    expect(s.add(whole, 1).type).toBe("int32");
    expect(s.lt(x, 1).type).toBe("bool");
    expect(cast(x, "uint32").type).toBe("uint32");
  });

  it("leave what changes nothing away", () => {
    expect(cast(x, "float32")).toBe(x);
    expect(s.floor(whole)).toBe(whole);
  });

  it("say or and and for sums and products of bools", () => {
    expect(s.add(flag, flag)).toBe(s.or(flag, flag));
    expect(s.mul(flag, flag)).toBe(s.and(flag, flag));
  });

  it("refuse types that an op does not take", () => {
    expect(() => s.add(x, whole)).toThrow("add: float32 beside int32");
    expect(() => s.exp(whole)).toThrow("exp: takes no int32");
    expect(() => s.and(x, x)).toThrow("and: takes no float32");
    expect(() => s.mulhi(whole, whole)).toThrow("mulhi: takes no int32");
    expect(() => s.add(1, 2)).toThrow("add: two numbers have no type");
    expect(() => select(x, x, x)).toThrow("select: the condition is float32");
  });
});

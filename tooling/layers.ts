import type { ICruiseOptions, IRegularForbiddenRuleType } from "dependency-cruiser";

/** A package may import only packages of the rows before it; those of one row are strangers. */
const order = [["core"], ["kernels-cpu", "kernels-webgpu"], ["functional"], ["nn"], ["jd"]];

const earlier = (row: number) => order.slice(0, row).flat();
const anyOf = (packages: readonly string[]) => `packages/(${packages.join("|")})/`;

type Rule = Omit<IRegularForbiddenRuleType, "severity">;

const layer = (name: string, row: number): Rule => ({
  name: `layer-${name}`,
  comment: `${name} imports only from: ${earlier(row).join(", ") || "nothing"}`,
  from: { path: `packages/${name}/` },
  to: { path: anyOf(order.flat()), pathNot: anyOf([name, ...earlier(row)]) },
});

const rules: readonly Rule[] = [
  ...order.flatMap((names, row) => names.map((name) => layer(name, row))),
  {
    name: "unresolved",
    comment: "an import that does not resolve escapes every other rule",
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: "undeclared",
    comment: "what src imports is in the dependencies of its own package.json",
    from: { path: "packages/[^/]+/src/" },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown", "core"] },
  },
  {
    name: "relative-across-packages",
    comment: "another package is imported by its name; only tests share their helpers",
    from: { path: "packages/([^/]+)/" },
    to: {
      path: "packages/",
      pathNot: ["packages/$1/", "packages/[^/]+/test/"],
      dependencyTypes: ["local"],
    },
  },
  {
    name: "cycle",
    comment: "types may refer to each other, running code may not",
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
  },
];

const forbidden: IRegularForbiddenRuleType[] = rules.map((rule) => ({
  ...rule,
  severity: "error",
}));

const options: ICruiseOptions = {
  exclude: "/(dist|node_modules)/",
  tsPreCompilationDeps: true,
  enhancedResolveOptions: {
    exportsFields: ["exports"],
    conditionNames: ["@cotangent/source", "import", "default"],
  },
};

export default { forbidden, options };

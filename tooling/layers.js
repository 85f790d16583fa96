/** Each package may import only packages before it; members of one row are strangers to each other. */
const order = [["core"], ["kernels-cpu", "kernels-webgpu"], ["functional"], ["nn"], ["jd"]];

const names = order.flat();
const earlier = (row) => order.slice(0, row).flat();
const anyOf = (packages) => `(${packages.join("|")})`;

const layerRules = order.flatMap((row, i) =>
  row.map((name) => ({
    name: `layer-${name}`,
    severity: "error",
    comment: `${name} imports only from: ${earlier(i).join(", ") || "nothing"}`,
    from: { path: `packages/${name}/(src|bench)/` },
    to: {
      path: `packages/${anyOf(names)}/`,
      pathNot: `packages/${anyOf([name, ...earlier(i)])}/`,
    },
  })),
);

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...layerRules,
    {
      name: "unresolved",
      severity: "error",
      comment: "an import that does not resolve escapes every other rule",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "undeclared",
      severity: "error",
      comment: "what src imports is in the dependencies of its own package.json",
      from: { path: "packages/[^/]+/src/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown", "core"] },
    },
    {
      name: "relative-across-packages",
      severity: "error",
      comment: "another package is imported by its name",
      from: { path: "packages/([^/]+)/" },
      to: { path: "packages/", pathNot: "packages/$1/", dependencyTypes: ["local"] },
    },
    {
      name: "cycle",
      severity: "error",
      comment: "types may refer to each other, running code may not",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
  ],
  options: {
    exclude: "/(dist|node_modules)/",
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["@cotangent/source", "import", "default"],
    },
  },
};

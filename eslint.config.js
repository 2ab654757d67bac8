import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "static/build", ".venv", "var", "designer/editor/src/api/schema.ts"] },
  ...tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    // Text becomes markup in one place only, the templates, which escape it (security R21).
    rules: {
      "no-eval": "error",
      "no-implied-eval": "off", // the typed rule below knows more
      "@typescript-eslint/no-implied-eval": "error",
      "no-restricted-properties": [
        "error",
        ...["innerHTML", "outerHTML", "insertAdjacentHTML", "createContextualFragment", "srcdoc"].map((property) => ({
          property,
          message: "Build elements, or fetch a fragment that a template escaped.",
        })),
        { object: "document", property: "write", message: "Build elements." },
      ],
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
);

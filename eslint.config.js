import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["node_modules", "static/build", ".venv", "var"] },
  ...tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
);

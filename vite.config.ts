import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { defineConfig, type Plugin } from "vite";

/** Pictures written into style sheets become files: the content security policy allows no `data:` addresses. */
function picturesAsFiles(): Plugin {
  return {
    name: "pictures-as-files",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "asset" || !file.fileName.endsWith(".css")) continue;
        file.source = String(file.source).replace(
          /url\((["']?)data:image\/svg\+xml,(.*?)\1\)/g,
          (_match, _quote, data: string) => {
            const svg = data.includes("%3c") || data.includes("%3C") ? decodeURIComponent(data) : data;
            const name = `assets/${createHash("sha256").update(svg).digest("hex").slice(0, 12)}.svg`;
            this.emitFile({ type: "asset", fileName: name, source: svg.replaceAll("\\", "") });
            return `url("/static/build/${name}")`;
          },
        );
      }
    },
  };
}

/** The icons named in frontend/icons.json as one sprite: `{% icon "server-2" %}` shows a symbol of it. */
function iconSprite(): Plugin {
  return {
    name: "icon-sprite",
    generateBundle() {
      const names = JSON.parse(readFileSync("frontend/icons.json", "utf8")) as string[];
      const symbols = names.map((name) => {
        const svg = readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
        const drawing = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace("</svg>", "").replace(/\s*\n\s*/g, "");
        return `<symbol id="${name}" viewBox="0 0 24 24">${drawing}</symbol>`;
      });
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`;
      this.emitFile({ type: "asset", fileName: "icons.svg", source });
    },
  };
}

export default defineConfig({
  base: "/static/build/",
  publicDir: false,
  build: {
    outDir: "static/build",
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    rolldownOptions: { input: { main: "frontend/main.ts", editor: "designer/editor/src/main.tsx" } },
  },
  plugins: [picturesAsFiles(), iconSprite()],
});

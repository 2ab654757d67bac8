import { createHash } from "node:crypto";
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

export default defineConfig({
  base: "/static/build/",
  publicDir: false,
  build: {
    outDir: "static/build",
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    rolldownOptions: { input: "frontend/main.ts" },
  },
  plugins: [picturesAsFiles()],
});

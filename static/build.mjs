// Builds static/src into static/dist: one style sheet, one file for each script, the images the style sheet names.
// Every file is named after its content; manifest.json says which name is which; .gz and .br copies lie beside them.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const built = join(here, "dist");
const fresh = join(here, ".dist-new");
const packages = resolve(here, "../node_modules/@uswds/uswds");

/** The style sheet as one text; Sass knows USWDS by name. */
function compileStyles() {
  return sass.compile(join(source, "scss/pglab.scss"), {
    loadPaths: [join(packages, "packages")],
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "if-function"],
  }).css;
}

/** Every file directly in src/js is a script a page can load; folders hold what scripts share. */
async function scripts() {
  const names = await readdir(join(source, "js"), { withFileTypes: true });
  return names.filter((entry) => entry.isFile() && entry.name.endsWith(".js")).map((entry) => join(source, "js", entry.name));
}

/** Bundle, minify and name after the content. */
async function bundle() {
  const css = join(fresh, "pglab.css");
  await writeFile(css, compileStyles());
  const result = await esbuild.build({
    entryPoints: [css, ...(await scripts())],
    outdir: fresh,
    entryNames: "[name]-[hash]",
    assetNames: "img/[name]-[hash]",
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2022", "chrome109", "firefox115", "safari16"],
    loader: { ".svg": "file", ".png": "file", ".woff2": "file" },
    alias: { "uswds-img": join(packages, "dist/img") },
    metafile: true,
    logLevel: "warning",
  });
  await rm(css);
  return result.metafile;
}

/** Plain name to built name, for the templates. */
async function writeManifest(metafile, names) {
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (output.entryPoint) names[basename(output.entryPoint)] = basename(path);
  }
  await writeFile(join(fresh, "manifest.json"), JSON.stringify(names, Object.keys(names).sort(), 2) + "\n");
  return names;
}

/** Images that pages name themselves: src/img, named after their content like everything else. */
async function copyImages() {
  const names = {};
  for (const name of await readdir(join(source, "img"))) {
    const content = await readFile(join(source, "img", name));
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
    names[name] = `${basename(name, extname(name))}-${hash}${extname(name)}`;
    await writeFile(join(fresh, names[name]), content);
  }
  return names;
}

/** Compressed copies, so that the web server only has to hand them out. Same input, same bytes. */
async function compress(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await compress(path);
    else if (/\.(css|js|svg)$/.test(entry.name)) {
      const content = await readFile(path);
      await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }));
      await writeFile(`${path}.br`, brotliCompressSync(content));
    }
  }
}

await rm(fresh, { recursive: true, force: true });
await mkdir(fresh, { recursive: true });
const names = await writeManifest(await bundle(), await copyImages());
await compress(fresh);
await rm(built, { recursive: true, force: true });
await rename(fresh, built);
for (const name of Object.values(names)) {
  const size = (await readFile(join(built, `${name}.gz`))).length;
  console.log(`${name.padEnd(28)} ${(size / 1000).toFixed(1)} kB gzipped`);
}

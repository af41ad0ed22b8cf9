// Sets the formulas of finished pages with KaTeX: node formulas.mjs FILE.html … Pages without formulas stay as they are.
import { readFileSync, writeFileSync } from "node:fs";
import katex from "katex";

const plain = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'", "&amp;": "&" };
let faults = 0;
for (const file of process.argv.slice(2)) {
  const page = readFileSync(file, "utf8");
  const set = page.replace(/<(span|div) class="tex">([^]*?)<\/\1>/g, (_, tag, escaped) => {
    const formula = escaped.replace(/&(lt|gt|quot|#x27|amp);/g, found => plain[found]);
    try {
      const html = katex.renderToString(formula, { displayMode: tag === "div", strict: false });
      return tag === "div" ? `<div class="formula" tabindex="0">${html}</div>` : html;
    } catch (error) {
      faults += 1;
      console.error(`${file}: ${error.message}`);
      return `<code>${escaped}</code>`;
    }
  });
  if (set !== page) writeFileSync(file, set);
}
process.exit(faults ? 1 : 0);

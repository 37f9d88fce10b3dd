// Opens the pages of a call, of an archive, of its trends and of what is shared in a browser from disk, and uses them.
//
//     node pages.mjs CHROMIUM FOLDER [PICTURES]
//
// FOLDER has `call/` (a call with its sound), `silent/` (one without), `bad/` (one whose words are
// markup) and `archive/`, each with its pages; a clip of each of the three calls in `clip/`,
// `clip-silent/`, `clip-bad/`, and a practice set in `set/`, each with its `page.html`. PICTURES is a
// folder for screenshots.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import puppeteer from "puppeteer-core";

const [chromium, folder, pictures] = process.argv.slice(2);
const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
});
const url = (name) => pathToFileURL(path.join(folder, name)).href;
let failed = 0;
let asked = 0;

// A page, and what its console and its network said that they should not.
async function open(name, { width = 1280, dark = false, script = true, hash = "" } = {}) {
  const page = await browser.newPage();
  page.troubles = [];
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && page.troubles.push(message.text()));
  page.on("pageerror", (error) => page.troubles.push(String(error)));
  page.on("dialog", (dialog) => {
    page.troubles.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) page.troubles.push(`asked for ${request.url()}`);
  });
  await page.setJavaScriptEnabled(script);
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
    { name: "prefers-reduced-motion", value: "reduce" },
  ]);
  const began = performance.now();
  await page.goto(url(name) + hash, { waitUntil: "load" });
  page.openedMs = performance.now() - began;
  return page;
}

async function check(name, test) {
  asked += 1;
  try {
    const told = await test();
    console.log(`ok    ${name}${told ? ` (${told})` : ""}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${error.stack}`);
  }
}

const time = (page) => page.$eval("#sound", (sound) => sound.currentTime);
const text = (page, selector) => page.$eval(selector, (element) => element.innerText);
const near = (value, expected, within = 0.3) =>
  assert.ok(Math.abs(value - expected) <= within, `${value} instead of ${expected}`);

async function accessible(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  const list = found.violations.map((rule) => `${rule.id}: ${rule.help}: ${rule.nodes.map((node) => `${node.target} ${node.failureSummary}`).slice(0, 3).join(" | ")}`);
  assert.deepEqual(list, []);
  return `${found.passes.length} rules passed`;
}

await check("the sound plays, and the page follows", async () => {
  const page = await open("call/report.html");
  await page.waitForFunction(() => document.getElementById("sound").readyState >= 1);
  near(await page.$eval("#sound", (sound) => sound.duration), await page.$eval("#call", (call) => Number(call.dataset.secs)), 1);
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.getElementById("sound").currentTime > 1.2, { timeout: 10_000 });
  assert.match(await text(page, "[aria-current]"), /Good morning/);
  const playhead = await page.$eval("#playhead", (line) => parseFloat(line.getAttribute("x1")));
  assert.ok(playhead > 1 && playhead < 6, `the playhead is at ${playhead} %`);
  await page.keyboard.press("Space");
  assert.ok(await page.$eval("#sound", (sound) => sound.paused));
  assert.deepEqual(page.troubles, []);
  await page.close();
});

await check("a click on a moment, a line, a time and the picture goes there", async () => {
  const page = await open("call/report.html");
  const moments = await page.$$eval("#moments > li", (all) => all.map((one) => Number(one.dataset.at)));
  assert.ok(moments.length > 3);
  await page.click("#moments > li:nth-child(2) button");
  near(await time(page), moments[1]);
  assert.ok(await page.$eval("#moments > li:nth-child(2)", (one) => one.classList.contains("now")));
  const row = await page.$eval("#rows .row.customer:nth-child(n+9)", (one) => Number(one.dataset.at));
  await page.$eval("#rows .row.customer:nth-child(n+9)", (one) => one.scrollIntoView({ block: "center" }));
  await page.click("#rows .row.customer:nth-child(n+9)");
  near(await time(page), row);
  const secs = await page.$eval("#call", (call) => Number(call.dataset.secs));
  const box = await (await page.$("#picture")).boundingBox();
  await page.evaluate(() => scrollTo(0, 0));
  const again = await (await page.$("#picture")).boundingBox();
  await page.mouse.click(again.x + again.width * 0.75, again.y + again.height - 8);
  near(await time(page), secs * 0.75, secs / box.width * 3);
  assert.deepEqual(page.troubles, []);
  await page.close();
});

await check("keys: arrows, j and k, ?, and a place in the address", async () => {
  const page = await open("call/report.html", { hash: "#t=30.5" });
  near(await time(page), 30.5);
  await page.keyboard.press("ArrowRight");
  near(await time(page), 35.5);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  near(await time(page), 25.5);
  const moments = await page.$$eval("#moments > li", (all) => all.map((one) => Number(one.dataset.at)));
  await page.keyboard.press("j");
  const next = moments.find((at) => at > 25.6);
  near(await time(page), next);
  await page.keyboard.press("k");
  near(await time(page), moments.filter((at) => at < next - 0.3).pop());
  await page.keyboard.press("?");
  assert.ok(await page.$eval("#keys", (keys) => keys.open));
  // By tab alone everything that acts is reached, and what has the focus is seen.
  const reached = new Set();
  await page.evaluate(() => document.activeElement.blur());
  for (let i = 0; i < 400; i += 1) {
    await page.keyboard.press("Tab");
    const on = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      return [element.tagName + (element.id || element.dataset.seek || element.textContent), style.outlineStyle];
    });
    if (!on) break;
    if (!on[0].startsWith("AUDIO")) assert.notEqual(on[1], "none", `${on[0]} shows no focus`);
    reached.add(on[0]);
  }
  assert.ok(reached.size > 20, `${reached.size} reached`);
  assert.deepEqual(page.troubles, []);
  await page.close();
  return `${reached.size} places reached by Tab`;
});

await check("without its sound a page seeks and says why nothing is heard", async () => {
  const page = await open("silent/report.html");
  assert.equal(await page.$("audio"), null);
  await page.click("#moments > li:nth-child(2) button");
  assert.notEqual(await text(page, "#clock"), "");
  assert.match(await text(page, ".sound"), /--keep-audio/);
  assert.ok(await page.$("[aria-current]"));
  assert.deepEqual(page.troubles, []);
  await page.close();
});

await check("words that are markup stay words", async () => {
  const page = await open("bad/report.html");
  assert.match(await text(page, "body"), /<script>alert\(1\)<\/script>/);
  assert.equal(await page.$("img, iframe, #rows script"), null);
  const list = await open("archive/index.html");
  await list.type("#text", "alert(1)");
  assert.match(await text(list, "#count"), /^1 of /);
  assert.match(await text(list, "#table-rows"), /<script>alert\(1\)<\/script>/);
  assert.deepEqual([...page.troubles, ...list.troubles], []);
  await page.close();
  await list.close();
});

await check("a script or a style from elsewhere is refused", async () => {
  const page = await open("call/report.html");
  await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "document.title = 'taken'";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", "<img src='https://example.org/x.png'>");
  });
  await new Promise((done) => setTimeout(done, 300));
  assert.notEqual(await page.title(), "taken");
  // What was refused is still listed as asked for.
  const told = page.troubles.filter((trouble) => !trouble.startsWith("asked for https://example.org/"));
  assert.ok(told.length === 2 && told.every((trouble) => /Content Security Policy/.test(trouble)), String(told));
  await page.close();
});

await check("without a script all words are there", async () => {
  const [page, with_script] = [await open("call/report.html", { script: false }), await open("call/report.html")];
  const words = (await text(page, "main")).replace(/\s+/g, " ");
  for (const selector of [".talk", ".moments", ".rest"]) {
    const part = (await text(with_script, selector)).replace(/\s+/g, " ");
    assert.ok(words.includes(part), selector);
  }
  assert.ok(await page.$eval(".player .needs-script", (part) => part.hidden));
  await page.close();
  await with_script.close();
});

await check("the table of calls sorts, filters, turns pages and leads to a moment", async () => {
  const page = await open("archive/index.html");
  const column = (n) => page.$$eval(`#table-rows td:nth-child(${n})`, (cells) => cells.map((cell) => cell.innerText));
  const calls = Number((await text(page, "#count")).split(" ")[0]);
  await page.click("th[data-by=secs] button");
  assert.equal(await page.$eval("th[data-by=secs]", (head) => head.getAttribute("aria-sort")), "descending");
  const seconds = (await column(6)).map((length) => length.split(":").reduce((sum, part) => sum * 60 + Number(part), 0));
  assert.deepEqual(seconds, [...seconds].sort((a, b) => b - a));
  if (calls > 100) {
    await page.click("#later");
    assert.match(await text(page, "#where"), /^101 to /);
  }
  await page.click("th[data-by=weight] button");
  await page.click("#with-moments");
  const first = await page.$eval("#table-rows a[href*='#t=']", (link) => link.href);
  await page.goto(first, { waitUntil: "load" });
  const at = Number(first.split("#t=")[1]);
  const clock = (await text(page, "#clock")).split(" / ")[0].split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  near(clock, at, 0.2);
  assert.deepEqual(page.troubles, []);
  await page.close();
  return `${calls} calls`;
});

const files = (name) => fs.readdirSync(path.join(folder, name)).sort();

await check("a clip is its page and its sound, which plays, and nothing else", async () => {
  const page = await open("clip/page.html");
  const sounds = files("clip").filter((name) => name !== "page.html");
  assert.equal(sounds.length, 1);
  assert.match(sounds[0], /^clip-[0-9a-f]{8}\.wav$/);
  assert.match(page.url(), /page\.html$/);
  await page.waitForFunction(() => document.querySelector("audio").readyState >= 1);
  const secs = await page.$eval("audio", (sound) => sound.duration);
  // The moment ends at 14 s and begins sooner than 15 s after the call does.
  near(secs, 29, 1);
  await page.$eval("audio", (sound) => sound.play());
  await page.waitForFunction(() => document.querySelector("audio").currentTime > 0.5, { timeout: 10_000 });
  assert.match(await text(page, "main"), /The agent cut in/);
  assert.match(await text(page, "header"), /masked/);
  assert.equal(await page.$("script"), null);
  assert.deepEqual(page.troubles, []);
  await page.close();
});

await check("a clip without sound says so, and one of markup shows it as words", async () => {
  const silent = await open("clip-silent/page.html");
  assert.deepEqual(files("clip-silent"), ["page.html"]);
  assert.equal(await silent.$("audio"), null);
  assert.match(await text(silent, "main"), /There is no sound of it/);
  const bad = await open("clip-bad/page.html");
  assert.match(await text(bad, "body"), /<script>alert\(1\)<\/script>/);
  assert.equal(await bad.$("img, iframe, script"), null);
  assert.deepEqual([...silent.troubles, ...bad.troubles], []);
  await silent.close();
  await bad.close();
});

await check("a practice set has all its moments, each with its own sound or a word that it has none", async () => {
  const page = await open("set/page.html");
  assert.equal(await text(page, "h1"), "Letting them finish");
  assert.equal((await page.$$("section")).length, 3);
  const sounds = await page.$$eval("audio", (all) => all.map((sound) => sound.getAttribute("src")));
  assert.deepEqual([...sounds].sort(), files("set").filter((name) => name !== "page.html"));
  assert.equal(sounds.length, 2);
  await page.waitForFunction(() => [...document.querySelectorAll("audio")].every((sound) => sound.readyState >= 1));
  assert.equal((await page.$$(".own-words")).length, 3);
  assert.deepEqual(page.troubles, []);
  await page.close();
});

const views = [
  ["call/report.html", "call-page"],
  ["silent/report.html", "silent"],
  ["archive/index.html", "archive-page"],
  ["archive/trends.html", "trends-page"],
  ["clip/page.html", "clip-page"],
  ["clip-silent/page.html", "clip-silent"],
  ["set/page.html", "practice-page"],
];
for (const [name, picture] of views) {
  for (const width of [1280, 390]) {
    for (const dark of [false, true]) {
      const how = `${width} px, ${dark ? "dark" : "light"}`;
      await check(`${name} is accessible and fits at ${how}`, async () => {
        const page = await open(name, { width, dark, hash: name.startsWith("call") ? "#t=29" : "" });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} px wide`);
        if (pictures) {
          fs.mkdirSync(pictures, { recursive: true });
          await page.evaluate(() => scrollTo(0, 0));
          await page.screenshot({ path: path.join(pictures, `${picture}-${width}-${dark ? "dark" : "light"}.png`) });
        }
        const told = await accessible(page);
        assert.deepEqual(page.troubles, []);
        await page.close();
        return told;
      });
    }
  }
}

const large = path.join(folder, "large");
if (fs.existsSync(large)) {
  await check("a page of many calls opens quickly", async () => {
    const page = await open("large/index.html");
    const drawn = await page.evaluate(() => {
      const before = performance.now();
      const text = document.getElementById("text");
      text.value = "ana billing";
      text.dispatchEvent(new Event("input"));
      document.querySelector("th[data-by=heat] button").click();
      document.body.getBoundingClientRect();
      return performance.now() - before;
    });
    const told = `${await text(page, "#count")}; opened in ${page.openedMs.toFixed(0)} ms, filtered and sorted in ${drawn.toFixed(0)} ms`;
    assert.deepEqual(page.troubles, []);
    await page.close();
    return told;
  });
}

await browser.close();
console.log(`${asked - failed} of ${asked} passed`);
process.exitCode = failed ? 1 : 0;

import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, test } from "vitest";
import { Markdown } from "./Markdown";
import { blocks, inline, targetOf, wordsOf } from "./markdown";
import { toTell, wholeSentences } from "./sentences";

afterEach(cleanup);

async function shown(text: string): Promise<HTMLElement> {
  const root = createRootRoute();
  const routes = [
    createRoute({ getParentRoute: () => root, path: "/", component: () => <div id="text"><Markdown text={text} /></div> }),
    createRoute({ getParentRoute: () => root, path: "/watch/$channel", component: () => null }),
    createRoute({ getParentRoute: () => root, path: "/guide", component: () => null }),
  ];
  const router = createRouter({ routeTree: root.addChildren(routes), history: createMemoryHistory({ initialEntries: ["/"] }) });
  const { container } = render(<RouterProvider router={router as never} />);
  await waitFor(() => expect(container.querySelector("#text")).toBeTruthy());
  return container.querySelector("#text") as HTMLElement;
}

const html = async (text: string) => (await shown(text)).innerHTML.replaceAll(/ dir="\w+"/g, "");

describe("what is read", () => {
  test.each<[string, string]>([
    ["one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"],
    ["**bold** and *italic* and _too_", "<p><strong>bold</strong> and <em>italic</em> and <em>too</em></p>"],
    ["**bold with *italic* inside**", "<p><strong>bold with <em>italic</em> inside</strong></p>"],
    ["*one **two** three*", "<p><em>one <strong>two</strong> three</em></p>"],
    ["2 * 3 * 4 and snake_case_name", "<p>2 * 3 * 4 and snake_case_name</p>"],
    ["`a < b` and ``x`y``", "<p><code>a &lt; b</code> and <code>x`y</code></p>"],
    ["- one\n- **two**\n\n- three", "<ul><li>one</li><li><strong>two</strong></li><li>three</li></ul>"],
    ["3. three\n4. four", '<ol start="3"><li>three</li><li>four</li></ol>'],
    ["- one\n  goes on\ntext", "<ul><li>one<br>goes on</li></ul><p>text</p>"],
    ["## Tonight\nKrimi", "<p><strong>Tonight</strong></p><p>Krimi</p>"],
    ["```js\n**x** <b>\n```\nafter", '<pre class="talk-code"><code>**x** &lt;b&gt;</code></pre><p>after</p>'],
    ["```\nstill being written", '<pre class="talk-code"><code>still being written</code></pre>'],
    ["\\*not\\* bold", "<p>*not* bold</p>"],
    ["**still being wr", "<p>**still being wr</p>"],
  ])("%j", async (text, expected) => {
    expect(await html(text)).toBe(expected);
  });
});

describe("links", () => {
  test("lead out, to a channel, and to the guide", async () => {
    const links = (await shown("[site](https://example.org/a?b=c) [Krimi](/watch/own-krimi) [tonight](/guide?at=20261201T1915Z) see https://example.org/x.")).querySelectorAll("a");
    expect([...links].map((link) => link.getAttribute("href"))).toEqual([
      "https://example.org/a?b=c",
      "/watch/own-krimi",
      "/guide?at=20261201T1915Z",
      "https://example.org/x",
    ]);
    expect(links[0]?.rel).toBe("noopener noreferrer");
    expect(links[0]?.target).toBe("_blank");
    expect(links[1]?.target).toBe("");
  });

  test.each<[string, object | null]>([
    ["https://example.org/", { to: "outside", href: "https://example.org/" }],
    ["/watch/c%20d", { to: "watch", channel: "c d" }],
    ["http://tv.test/watch/c1", { to: "watch", channel: "c1" }],
    ["http://tv.test/guide?q=x", { to: "guide", search: { q: "x" } }],
    ["javascript:alert(1)", null],
    ["JaVaScRiPt:alert(1)", null],
    ["java\nscript:alert(1)", null],
    ["data:text/html,<script>", null],
    ["vbscript:x", null],
    ["file:///etc/passwd", null],
    ["//evil.test/watch/c1", null],
    ["/\\evil.test", null],
    ["\\\\evil.test", null],
    ["/api/v1/auth/sign-out", null],
    ["/settings", null],
    ["/watch/../settings", null],
    ["/watch/%E0%A4%A", null],
    ["https://bank.test@evil.test/", null],
    ["https://", null],
    ["relative", null],
    ["", null],
  ])("%j", (address, target) => {
    expect(targetOf(address, "http://tv.test", "")).toEqual(target);
  });

  test("a label that is another address does not hide where it leads", async () => {
    expect((await shown("[https://bank.test/login](https://evil.test/)")).textContent).toBe("https://evil.test/");
    expect((await shown("[www.bank.test](https://evil.test/)")).textContent).toBe("https://evil.test/");
  });
});

describe("what is hostile", () => {
  test.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '[x](javascript:alert("1"))',
    '[x](https://a.test" onmouseover="alert(1))',
    "![picture](https://evil.test/pixel.png)",
    '<a href="javascript:alert(1)">x</a>',
    "```\n</code></pre><script>alert(1)</script>\n```",
    "<!-- --><svg/onload=alert(1)>",
    "&lt;script&gt;",
    "[**[x](javascript:1)**](data:1)",
  ])("%j stays words", async (text) => {
    const found = await shown(text);
    expect(found.querySelector("script, img, svg, iframe, style, object")).toBeNull();
    for (const element of found.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        expect(name.startsWith("on")).toBe(false);
        expect(value).not.toMatch(/^\s*(?:javascript|data|vbscript):/i);
      }
    }
  });

  test.each<[string, string]>([
    ["stars", "*".repeat(200_000)],
    ["stars and words", "**a ".repeat(60_000)],
    ["single stars", "*a ".repeat(60_000)],
    ["brackets", "[".repeat(200_000)],
    ["labels", "[a](".repeat(60_000)],
    ["ticks", "`a ``".repeat(60_000)],
    ["fences", "```\n~~~\n".repeat(3_000)],
    ["underscores", "_a_b".repeat(60_000)],
    ["nesting", "**_".repeat(50_000) + "x" + "_**".repeat(50_000)],
    ["addresses", "https://".repeat(30_000)],
    ["lists", "- \n- a\n".repeat(20_000)],
    ["unclosed labels", "[a](https://x ".repeat(20_000)],
  ])("%s are read in no time", (_, text) => {
    const begin = performance.now();
    for (const block of blocks(text)) if (block.kind === "paragraph") inline(block.text);
    expect(performance.now() - begin).toBeLessThan(3_000);
  });
});

test("words are read out without marks", () => {
  expect(wordsOf("**Tonight**: [Krimi](/watch/c1)\n- `one`\n- two")).toBe("Tonight: Krimi\none\ntwo");
});

describe("sentences", () => {
  test.each<[string, string]>([
    ["Hello. How a", "Hello."],
    ["Hello.", ""],
    ["Um 20.15 Uhr kommt z. B. der Krimi. Und d", "Um 20.15 Uhr kommt z. B. der Krimi."],
    ["Am 3. Mai kommt", ""],
    ["Really?! Yes", "Really?!"],
    ["Er sagte: „Ja.“ Dann", "Er sagte: „Ja.“"],
    ["- one\n- two", "- one\n"],
    ["Wait… what", "Wait…"],
    ["no end at all", ""],
  ])("%j", (text, whole) => {
    expect(text.slice(0, wholeSentences(text))).toBe(whole);
  });

  test("are told once each, and the rest at the end", () => {
    const text = "One. Two. Three";
    const heard: string[] = [];
    let told = 0;
    for (let length = 0; length <= text.length; length += 1) {
      const step = toTell(text.slice(0, length), told, false);
      told = step.told;
      if (step.piece) heard.push(step.piece);
    }
    heard.push(toTell(text, told, true).piece);
    expect(heard).toEqual(["One.", "Two.", "Three"]);
  });
});

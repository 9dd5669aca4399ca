import { existsSync } from "node:fs";
import { join } from "node:path";
import { noteSkip, requires } from "@hilum/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../world/world.ts";
import { openHostileWorld, type HostileWorld } from "./hostile-world.ts";

const built = existsSync(join(repository, "apps/console/dist/frame/frame.css"));
if (!built)
  noteSkip({
    name: "console",
    reason: "the console is not built",
    enable: "npm test, which builds it before this stage",
  });

const taken = "This panel was taken away";

describe.skipIf(!requires("chromium").available || !built)("a hostile page in a real browser", () => {
  let world: HostileWorld;
  beforeAll(async () => {
    world = await openHostileWorld();
  });
  afterAll(() => world.close());

  /** Waits until the console took the frame away and says so. */
  const expectTaken = async (title = taken): Promise<void> => {
    await world.page.getByRole("heading", { name: title }).waitFor({ timeout: 20_000 });
    expect(await world.page.locator("iframe").count()).toBe(0);
  };
  const srcOf = async (plugin: string): Promise<string> =>
    (await world.api<{ pages: { src: string }[] }>("GET", `/plugins/${plugin}`)).pages[0]?.src ?? "";
  const reportsOf = async (plugin: string): Promise<{ entry: string }[]> => {
    const { items } = await world.api<{ items: { index: number; kind: string }[] }>(
      "GET",
      `/audit/entries?action=reportPluginPage&plugin=${plugin}`,
    );
    return await Promise.all(
      items
        .filter(({ kind }) => kind === "outcome")
        .map(({ index }) => world.api<{ entry: string }>("GET", `/audit/entries/${index}`)),
    );
  };

  it("threat 137, 146, 150: reaches neither the console, nor a store, nor a worker, nor anything outside its rectangle", async () => {
    await world.visit(await world.plant("reach"));
    const { asked = "", done: _done, origin, "service worker": serviceWorker, ...tried } = await world.results();
    expect(origin).toBe("got: null");
    const got = Object.entries(tried).filter(([, result]) => !result.startsWith("refused"));
    // In a sandbox without modals these answer at once and show nothing.
    expect(Object.fromEntries(got)).toEqual({ opener: "got: null", alert: "got: undefined", prompt: "got: null" });
    expect(serviceWorker).toMatch(/^refused: /);
    expect(new URL(world.page.url()).pathname).toBe("/admin/ui/plugins/com.example.reach/settings");
    expect(world.context.pages()).toHaveLength(1);
    // What it was told is about itself alone.
    const init = JSON.parse(asked) as Record<string, unknown>;
    expect(Object.keys(init).toSorted()).toEqual(["instance", "look", "may", "page", "plugin", "title", "version"]);
  });

  it("threat 152: is told of itself and the look, and of no person, no other plugin and no message", async () => {
    await world.plant("flood");
    await world.visit("com.example.reach");
    const { asked = "" } = await world.results();
    expect(asked).toContain('"id":"com.example.reach"');
    for (const secret of ["ana", "Ribeiro", "com.example.flood", "session", "csrf", "@"])
      expect(asked).not.toContain(secret);
    expect(asked.length).toBeLessThan(8_000);
  });

  it("threat 138: stays opaque in a tab of its own", async () => {
    const src = await srcOf("com.example.reach");
    const tab = await world.context.newPage();
    await tab.goto(new URL(src, world.server.url).href);
    const seen = await tab.evaluate(() => {
      const attempt = (work: () => unknown): string => {
        try {
          return String(work());
        } catch (error) {
          return (error as Error).name;
        }
      };
      return [self.origin, attempt(() => document.cookie), attempt(() => localStorage.length)];
    });
    expect(seen).toEqual(["null", "SecurityError", "SecurityError"]);
    await tab.close();
  });

  it("threat 139, 140: sends nothing to anybody, and nothing to the API", async () => {
    const before = { connections: world.evil.connections(), packets: world.evil.packets() };
    const answered: string[] = [];
    world.page.on("response", (response) => {
      if (response.frame() !== world.page.mainFrame()) answered.push(new URL(response.url()).pathname);
    });
    await world.visit(await world.plant("exfiltrate"));
    const { done: _done, webrtc, ...tried } = await world.results();
    // These two say nothing of what became of them; whether anything arrived is what counts.
    const { beacon: _beacon, form: _form, ...loud } = tried;
    expect(Object.entries(loud).filter(([, result]) => result.startsWith("got"))).toEqual([]);
    expect(world.evil.lines()).toEqual([]);
    expect(world.evil.connections() - before.connections).toBe(0);
    expect(answered.filter((path) => !path.startsWith("/plugin-ui/"))).toEqual([]);
    expect([webrtc, world.evil.packets() - before.packets]).toEqual([expect.any(String), 0]);
  });

  it.each([
    ["another site", "__EVIL__/leak?patient=jane"],
    ["the API", "/api/v1/account"],
    ["the console itself", "/admin/ui/"],
    ["another document of its own", "data:text/html,<p>other"],
  ])("threat 141: that leads its frame to %s loses the frame, and the log says so", async (what, target) => {
    const plugin = await world.plant("navigate-away", { __TARGET__: target.replace("__EVIL__", world.evil.origin) });
    await world.visit(plugin);
    await expectTaken();
    expect(world.evil.lines(), what).toEqual([]);
    await expect.poll(async () => (await reportsOf(plugin)).length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect((await reportsOf(plugin))[0]?.entry).toContain('"route":"settings","state":"second_load"');
  });

  it("threat 141, 143: gets no second port by loading itself again", async () => {
    await world.visit(await world.plant("reload-itself"));
    await expectTaken();
  });

  it("threat 141, 143: cannot slip another document under the first hand-over", async () => {
    const other = await world.plant("imposter");
    await world.visit(other);
    const src = await srcOf(other);
    // Its nonce stayed with the first document, so it never greets, and nothing is told to it.
    await world.visit(await world.plant("navigate-early", { __TARGET__: src }));
    await expectTaken("This panel did not start");
  });

  it("threat 142: is not heard through the console's window, and not with another nonce", async () => {
    await world.visit("com.example.imposter");
    await expectTaken();
    const { instances } = await world.api<{ instances: { state: string }[] }>("GET", "/plugins/com.example.imposter");
    expect(instances[0]?.state).toBe("registered");
  });

  it("threat 143: frames nothing, and gets nothing of another plugin or instance by naming it", async () => {
    await world.visit(await world.plant("nest"));
    await world.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    const { heard, others = "" } = await world.results();
    expect(heard).toBe("");
    const answers = JSON.parse(others) as { kind: string; error?: { code: string } }[];
    expect(answers.map(({ kind, error }) => `${kind} ${error?.code}`)).toEqual([
      "error page.invalid",
      "error page.invalid",
      "error page.declined",
      "error page.no_method",
      "error page.no_method",
    ]);
    expect(world.evil.lines()).toEqual([]);
  });

  it.each([
    ["flood", "200,000 messages"],
    ["huge", "a message of 100 MB"],
    ["bomb", "an object that unpacks to millions"],
  ])("threat 144: loses its frame after %s", async (attack) => {
    const plugin = await world.plant(attack);
    await world.visit(plugin);
    await expectTaken();
    // The console still works.
    await world.page.getByRole("button", { name: "Reload" }).waitFor();
    await world.page.getByRole("link", { name: "Dashboard" }).first().click();
    await world.page.waitForURL(/\/admin\/ui\/$/);
  });

  it("threat 145: does nothing that the person was not asked for, outside of its frame", async () => {
    const plugin = await world.plant("act-unasked");
    await world.visit(plugin);
    const dialog = world.page.getByRole("dialog", { name: "Save settings of Plugin act-unasked?" });
    await dialog.waitFor();
    expect(await dialog.innerText()).toContain("evil.example");
    // Meanwhile it asks for more.
    await world.page.waitForTimeout(1_500);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    const second = world.page.getByRole("dialog", { name: "Restart Plugin act-unasked?" });
    await second.waitFor();
    await world.page.keyboard.press("Escape");
    const results = await world.results();
    const codes = ["meanwhile", "saved", "restarted", "again"].map(
      (name) => (JSON.parse(results[name] ?? "") as { error: { code: string } }).error.code,
    );
    // The second dialog was never put on top of the first, and after two refusals it is not asked again.
    expect(codes).toEqual(["page.busy", "page.declined", "page.declined", "page.declined"]);
    expect(await world.page.getByRole("dialog").count()).toBe(0);
    const { revision } = await world.api<{ revision: number }>("GET", `/plugins/${plugin}/settings`);
    expect(revision).toBe(0);
  });

  it("threat 146, 147: covers nothing of the console, and stays under its label however far one scrolls", async () => {
    await world.visit(await world.plant("cover"));
    const { page } = world;
    const dialog = page.getByRole("dialog", { name: "A question of Plugin cover" });
    await dialog.waitFor();
    expect(await dialog.innerText()).toContain("This dialog is Hilum’s own");
    expect(await page.locator("iframe").isVisible()).toBe(false);
    // A key that was meant for something else does not agree to what has just opened.
    await page.keyboard.press("Enter");
    expect(JSON.parse((await world.results())["confirm"] ?? "")).toMatchObject({ result: { confirmed: false } });
    const frame = page.locator("iframe");
    expect(await frame.evaluate((element) => element.clientHeight)).toBe(6_000);
    await page.evaluate(() => window.scrollTo(0, 3_000));
    const label = page.getByText("Provided by Plugin cover");
    expect(await label.innerText()).toContain("com.example.cover");
    await expect.poll(() => label.evaluate((element) => element.getBoundingClientRect().top)).toBeGreaterThanOrEqual(0);
    const over = await label.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return document.elementFromPoint(left + width / 2, top + height / 2)?.closest("header") !== null;
    });
    expect(over).toBe(true);
    expect(await page.getByText("Never enter your Hilum password here").isVisible()).toBe(true);
  });

  it("threat 146, 147: loses its frame when it takes the focus out of a dialog", async () => {
    await world.visit(await world.plant("steal-focus"));
    const { page } = world;
    await world.frame().waitForFunction(() => "typed" in (window as unknown as { results: object }).results);
    await page.getByRole("button", { name: /^Search/ }).click();
    await page.getByRole("dialog").waitFor();
    await expect.poll(() => page.locator("iframe").count(), { timeout: 5_000 }).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("IFRAME");
    await page.keyboard.press("Escape");
    await expectTaken();
  });

  it("threat 146, 147: is not there at all while a secret is typed, and learns only what became of its call", async () => {
    const plugin = await world.plant("want-secret");
    await world.visit(plugin);
    const { page } = world;
    const dialog = page.getByRole("dialog", { name: "Save settings of Plugin want-secret?" });
    await dialog.waitFor();
    await expect.poll(() => page.locator("iframe").count()).toBe(0);
    await page.keyboard.type("xyzzy-plugh");
    await page.waitForTimeout(600);
    await page.keyboard.press("Enter");
    await page.locator("iframe").waitFor();
    const { resumed = "", typed } = await world.results();
    expect(typed).toBe("");
    expect(JSON.parse(resumed)).toMatchObject({
      method: "config.save",
      params: { secrets: ["token"] },
      result: { revision: 1, secrets: { token: { setAt: expect.any(String) } } },
    });
    expect(resumed).not.toContain("xyzzy");
    const { secrets } = await world.api<{ secrets: object }>("GET", `/plugins/${plugin}/settings`);
    expect(Object.keys(secrets)).toEqual(["token"]);
  });

  it("threat 151: that never gives its thread back is taken away, while the console goes on", async () => {
    const plugin = await world.plant("spin");
    await world.visit(plugin);
    const { page } = world;
    const startedAt = performance.now();
    await expect.poll(() => page.evaluate(() => 1 + 1), { timeout: 2_000 }).toBe(2);
    await expectTaken("This panel stopped responding");
    expect(performance.now() - startedAt).toBeLessThan(15_000);
    await page.getByRole("button", { name: "Report" }).click();
    await page.getByText("It was reported.").waitFor();
    expect((await reportsOf(plugin))[0]?.entry).toContain('"route":"settings","state":"unresponsive"');
    const { items } = await world.api<{ items: { text: string }[] }>("GET", `/plugins/${plugin}/logs`);
    expect(items.map(({ text }) => text)).toContain("The console took the page settings away: it stopped responding.");
  });

  it("threat 148: another site cannot frame the console, nor a plugin's page", async () => {
    const src = await srcOf("com.example.reach");
    const tab = await world.context.newPage();
    await tab.route("http://framing.example/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: ["/admin/ui/", src]
          .map((path) => `<iframe src="${new URL(path, world.server.url).href}"></iframe>`)
          .join(""),
      }),
    );
    await tab.goto("http://framing.example/");
    await expect
      .poll(
        () =>
          tab
            .frames()
            .map((frame) => frame.url())
            .slice(1),
        { timeout: 10_000 },
      )
      .toEqual(["chrome-error://chromewebdata/", "chrome-error://chromewebdata/"]);
    await tab.close();
  });
});

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTempDir, type TempDir } from "@hilum/testkit";
import { openControlGroups, type CgroupFiles } from "./cgroups.ts";

const limits = { memoryMb: 64, cpu: 0.25, pids: 32, tmpMb: 16 };

describe("control groups, by the files they write", () => {
  let temp: TempDir;
  beforeEach(() => {
    temp = createTempDir("cgroups");
  });
  afterEach(() => temp.remove());

  /** A plain folder in the place of the kernel's: enough to see which files get which values. */
  function unified(own: string, files: Record<string, string>): CgroupFiles {
    mkdirSync(temp.join(own), { recursive: true });
    for (const [name, value] of Object.entries(files)) writeFileSync(temp.join(own, name), value);
    return {
      membership: `0::/${own}\n`,
      mounts: `30 20 0:26 / ${temp.path} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n`,
    };
  }

  it("divides a version 2 group that has the controllers", () => {
    const groups = openControlGroups(
      unified("hilum.service", {
        "cgroup.controllers": "cpuset cpu io memory pids",
        "cgroup.subtree_control": "",
        "cgroup.procs": `${process.pid}\n`,
      }),
    );
    expect([groups.version, [...groups.controllers]]).toEqual(["v2", ["memory", "pids", "cpu"]]);
    expect(readFileSync(temp.join("hilum.service/cgroup.subtree_control"), "utf8")).toBe("+memory +pids +cpu");
    const group = groups.create("1-plugin", limits);
    const [join] = group.joinFiles;
    const folder = (join ?? "").replace("/cgroup.procs", "");
    expect(folder).toMatch(new RegExp(`/hilum.service/hilum-${process.pid}-\\d+/1-plugin$`));
    const written = (name: string): string => readFileSync(`${folder}/${name}`, "utf8");
    expect([written("memory.max"), written("pids.max"), written("cpu.max")]).toEqual([
      String(64 * 1024 * 1024),
      "32",
      "25000 100000",
    ]);
  });

  it("reads kills, memory, CPU time and throttling of version 2", () => {
    const groups = openControlGroups(
      unified("app", {
        "cgroup.controllers": "cpu memory pids",
        "cgroup.subtree_control": "cpu memory pids",
        "cgroup.procs": "",
      }),
    );
    const group = groups.create("1-plugin", limits);
    const folder = (group.joinFiles[0] ?? "").replace("/cgroup.procs", "");
    writeFileSync(`${folder}/memory.events`, "low 0\nhigh 0\nmax 12\noom 1\noom_kill 3\n");
    writeFileSync(`${folder}/memory.current`, "4096\n");
    writeFileSync(`${folder}/cpu.stat`, "usage_usec 1500\nnr_periods 4\nnr_throttled 2\n");
    writeFileSync(`${folder}/cgroup.kill`, "");
    expect([group.memoryKills(), group.memoryBytes(), group.cpuMs(), group.throttledCount()]).toEqual([
      3, 4096, 1.5, 2,
    ]);
    expect([group.killAll(), readFileSync(`${folder}/cgroup.kill`, "utf8")]).toEqual([true, "1"]);
  });

  it("finds its own group below the part of the tree that is mounted", () => {
    mkdirSync(temp.join("own"), { recursive: true });
    const groups = openControlGroups({
      membership: "4:memory:/outer/container/own\n0::/\n",
      mounts: `30 20 0:26 /outer/container ${temp.path} rw - cgroup cgroup rw,memory\n`,
    });
    expect([groups.version, [...groups.controllers]]).toEqual(["v1", ["memory"]]);
    const group = groups.create("1-plugin", limits);
    const folder = (group.joinFiles[0] ?? "").replace("/cgroup.procs", "");
    expect(folder.startsWith(temp.join("own", "hilum-"))).toBe(true);
    expect(readFileSync(`${folder}/memory.limit_in_bytes`, "utf8")).toBe(String(64 * 1024 * 1024));
  });

  it("does without where nothing is mounted, and says so", () => {
    const groups = openControlGroups({ membership: "", mounts: "" });
    expect([groups.version, groups.controllers.size, groups.reason]).toEqual([
      "none",
      0,
      "No control groups are mounted",
    ]);
    expect(groups.create("x", limits).joinFiles).toEqual([]);
  });

  it("removes the empty groups of a host that was killed", () => {
    const files = unified("app", {
      "cgroup.controllers": "memory",
      "cgroup.subtree_control": "memory",
      "cgroup.procs": "",
    });
    // Above the highest process ID that Linux hands out.
    mkdirSync(temp.join("app/hilum-4194305-1/7-plugin"), { recursive: true });
    openControlGroups(files).close();
    expect(existsSync(temp.join("app/hilum-4194305-1"))).toBe(false);
  });
});

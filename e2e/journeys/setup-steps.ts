import type { Person } from "../keyboard/person.ts";

/** Lets Hilum trust one more authority: that of a peer whose certificate no public one issued. */
export async function trustAuthority(admin: Person, authority: string): Promise<void> {
  await admin.goTo("Settings");
  await admin.arrive("Settings");
  await admin.activate("button", "Add an authority");
  const certificates = await admin.page.getByLabel(/^Certificate \d+ \(PEM\)/).count();
  await admin.fill(`Certificate ${certificates} (PEM)`, authority, { paste: true });
  await admin.activate("button", "Save");
  await admin.see("Settings saved");
}

/** Runs the checks of a step, all of which pass. */
export async function passChecks(admin: Person): Promise<void> {
  await admin.arrive("Try it");
  await admin.activate("button", "Run the checks");
  await admin.see(/^(\d+) of \1 checks passed/, 40_000);
}

/** From the last step of a setup to the access that is reviewed next. */
export async function saveAsDraft(admin: Person, name: string): Promise<void> {
  await admin.activate("button", "Next: Summary");
  await admin.activate("button", "Save as draft");
  await admin.arrive(`Access of ${name}`);
}

/** Grants all that a plugin asks for, as it asks. */
export async function grantAll(admin: Person): Promise<void> {
  const listed = admin.page.getByLabel(/^Decision: /);
  await listed.first().waitFor();
  const decisions = await listed.all();
  for (const decision of decisions)
    await admin.choose((await decision.getAttribute("aria-label")) ?? "", "Grant as requested");
  await admin.activate("button", decisions.length === 1 ? "Save 1 decision" : `Save ${decisions.length} decisions`);
  await admin.see("Decisions saved");
}

/** From the reviewed access to a plugin that runs. */
export async function enable(admin: Person, name: string): Promise<void> {
  await admin.activate("link", "Overview");
  await admin.arrive(name);
  await admin.activate("button", "Enable");
  await admin.see(`${name} is enabled`, 60_000);
}

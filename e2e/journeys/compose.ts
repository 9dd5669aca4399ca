import type { Person } from "../keyboard/person.ts";

export interface Letter {
  to: string;
  subject: string;
  text: string;
}

/** Fills the form of Compose and sends it; ends on the message's page. */
export async function compose(person: Person, letter: Letter): Promise<void> {
  await person.goTo("Compose a message");
  await person.arrive("Compose a message");
  await writeLetter(person, letter);
  await person.activate("button", "Send");
  await person.arrive("E-mail message");
}

export async function writeLetter(person: Person, { to, subject, text }: Letter): Promise<void> {
  await person.fill("To", to);
  await person.fill("Subject", subject);
  await person.fill("Text", text);
}

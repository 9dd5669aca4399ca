import { playTutorial, tutorials, type TutorialLanguage } from "./newcomer/play-tutorial.ts";

const commandsMax = 10;

/**
 * `npm run newcomer [node] [python]`: plays the tutorials as a newcomer would, on a real server, from their own blocks.
 * Prints each command and its time, and fails where a step does or where it takes more than ten commands until the
 * plugin has sent a message.
 */
async function main(names: readonly string[]): Promise<number> {
  const known = Object.keys(tutorials) as TutorialLanguage[];
  const unknown = names.filter((name) => !known.some((language) => language === name));
  if (unknown.length > 0) {
    console.error(`There is no tutorial ${unknown.join(", ")}; there are ${known.join(", ")}.`);
    return 2;
  }
  const chosen = known.filter((language) => names.length === 0 || names.includes(language));
  let red = false;
  for (const language of chosen) {
    console.log(`\n${tutorials[language]}`);
    const { commands, untilSent, log } = await playTutorial(language, (line) => console.log(line));
    const seconds = commands.slice(0, untilSent).reduce((sum, command) => sum + command.seconds, 0);
    console.log(`${language}: ${untilSent} commands and ${seconds.toFixed(1)} s until a message was sent.`);
    if (!log.includes("Example clinic reminded 1")) {
      console.error("The changed line was not run: the log does not have it.");
      red = true;
    }
    if (untilSent > commandsMax) {
      console.error(`At most ${commandsMax} commands are allowed.`);
      red = true;
    }
  }
  return red ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));

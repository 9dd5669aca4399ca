import { HilumError } from "@hilum/contract";
import { expect, it } from "vitest";
import { presentProblem } from "./problem.ts";
import { presentProblemPage } from "./problem-page.ts";

it("threat 157: shows a refusal as a page in which nothing is markup but its own", () => {
  const detail = `<script>alert("x")</script> & 'more'`;
  const page = presentProblemPage(presentProblem(new HilumError("oauth.state_unknown", { detail }), "01REQUEST"));
  expect(page).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;more&#39;");
  expect(page).not.toContain("<script");
  expect(page).toContain("<code>oauth.state_unknown</code>");
});

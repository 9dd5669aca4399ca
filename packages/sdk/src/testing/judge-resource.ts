import { HilumError, type WireResource } from "@hilum/contract";
import { loadCompiledValidator, presentIssues, type Validator } from "@hilum/contract/fhir";

let loading: Promise<Validator> | undefined;

/** Judges a resource as the platform does before it is kept. Throws `record.invalid` with the places and their mends, and no value. */
export async function judgeResource(resource: WireResource): Promise<void> {
  loading ??= loadCompiledValidator();
  const issues = (await loading).validateResource(resource, resource.resourceType);
  if (issues.length > 0) throw new HilumError("record.invalid", { problems: presentIssues(issues, "/resource") });
}

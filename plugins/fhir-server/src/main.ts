import { serve } from "@hilum/sdk";
import { createFhirServerPlugin } from "./plugin.ts";

serve(createFhirServerPlugin());

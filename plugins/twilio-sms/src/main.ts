import { serve } from "@hilum/sdk";
import { createTwilioPlugin } from "./plugin.ts";

serve(createTwilioPlugin());

import { serve } from "@hilum/sdk";
import { twilioPlugin } from "./plugin.ts";

serve(twilioPlugin);

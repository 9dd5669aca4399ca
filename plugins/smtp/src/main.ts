import { serve } from "@hilum/sdk";
import { smtpPlugin } from "./plugin.ts";

serve(smtpPlugin);

import { serve } from "@hilum/sdk";
import { createS3ArchivePlugin } from "./plugin.ts";

serve(createS3ArchivePlugin());

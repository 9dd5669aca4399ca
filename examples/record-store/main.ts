import { definePlugin, serve } from "@hilum/sdk";
import { keptRecords } from "./kept-records.ts";

serve(
  definePlugin({
    records: keptRecords,
    smokeTests: {
      async state({ state }) {
        await state.put("smoke", new Date().toISOString());
        return [{ id: "state", title: "Private state can be written", status: "passed" }];
      },
    },
  }),
);

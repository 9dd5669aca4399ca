import { spotlight } from "@mantine/spotlight";
import { useEffect } from "react";
import { Palette, type PaletteProps } from "./palette.tsx";

/** Loads with the first use; opens each time `opened` counts on. */
export function PaletteEntry({ opened, ...props }: PaletteProps & { opened: number }) {
  useEffect(() => {
    if (opened > 0) spotlight.open();
  }, [opened]);
  return <Palette {...props} />;
}

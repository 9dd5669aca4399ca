import type { PageIcon } from "@hilum/contract";
import {
  IconCalendar,
  IconChartBar,
  IconFileText,
  IconList,
  IconMap,
  IconMessage,
  IconTool,
  IconUsers,
  type Icon,
} from "@tabler/icons-react";

const icons: Record<PageIcon, Icon> = {
  calendar: IconCalendar,
  chart: IconChartBar,
  document: IconFileText,
  list: IconList,
  map: IconMap,
  message: IconMessage,
  people: IconUsers,
  tools: IconTool,
};

/** The picture of a plugin's further page: one of ours, beside its title. */
export function PageGlyph({ icon }: { icon: PageIcon }) {
  const Shown = icons[icon];
  return <Shown size={15} aria-hidden />;
}

import { Drawer, Modal, type DrawerProps, type ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";

/** A modal dialog that is shown while it is rendered; the focus goes back to where it was opened from. */
export function Dialog(props: Omit<ModalProps, "opened">) {
  useFocusBack();
  return <Modal {...props} opened />;
}

/** The same along the right edge, for what is read beside a list. */
export function SideDialog(props: Omit<DrawerProps, "opened">) {
  useFocusBack();
  return <Drawer position="right" {...props} opened />;
}

/** Time for whatever the act leads to (a new page, another dialog) to take the focus first. */
const settleMs = 30;

/** The kit gives the focus back only to dialogs that stay rendered while they are closed; ours are not. */
function useFocusBack(): void {
  const [opener] = useState(findOpener);
  useEffect(
    () => () => {
      window.setTimeout(() => {
        const lost = document.activeElement === null || document.activeElement === document.body;
        if (lost && opener?.isConnected === true) opener.focus({ preventScroll: true });
      }, settleMs);
    },
    [opener],
  );
}

/** What has the focus now; for an item of a menu, which goes with it, the button that opened the menu. */
function findOpener(): HTMLElement | undefined {
  const { activeElement } = document;
  const menu = activeElement?.closest("[role=menu]");
  const found =
    menu === null || menu === undefined ? activeElement : document.querySelector(`[aria-controls="${menu.id}"]`);
  return found instanceof HTMLElement ? found : undefined;
}

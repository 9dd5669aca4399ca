import type { KeyProviderChoice, KeyProviderStatus } from "@hilum/contract/api";
import { NativeSelect, Textarea, TextInput } from "@mantine/core";
import { problemAt, type ApiProblem } from "../../../api/api-problem.ts";
import { PasswordField } from "../../../look/password-field.tsx";

export interface TransitForm extends NonNullable<KeyProviderStatus["transit"]> {
  authority: string;
  token: string;
  roleId: string;
  secretId: string;
}

export const emptyTransit: TransitForm = {
  address: "",
  mount: "transit",
  key: "hilum",
  signIn: "approle",
  authority: "",
  token: "",
  roleId: "",
  secretId: "",
};

/** What the form says, as the operation takes it; what was left empty is left out. */
export function transitChoice(form: TransitForm): KeyProviderChoice {
  const { address, mount, key, namespace = "", authority, signIn, token, roleId, secretId } = form;
  return {
    kind: "transit",
    address: address.trim(),
    mount: mount.trim(),
    key: key.trim(),
    ...(namespace.trim() !== "" && { namespace: namespace.trim() }),
    ...(authority.trim() !== "" && { authority: authority.trim() }),
    signIn:
      signIn === "token"
        ? { kind: "token", token: token.trim() }
        : { kind: "approle", roleId: roleId.trim(), secretId: secretId.trim() },
  };
}

export function TransitFields({
  form,
  problem,
  onChange,
}: {
  form: TransitForm;
  problem: ApiProblem | null;
  onChange(form: TransitForm): void;
}) {
  const text = (name: "address" | "mount" | "key" | "namespace") => ({
    value: form[name] ?? "",
    spellCheck: false,
    autoCapitalize: "none",
    error: problemAt(problem, `/${name}`),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => onChange({ ...form, [name]: event.currentTarget.value }),
  });
  const secret = (name: "token" | "roleId" | "secretId") => ({
    value: form[name],
    autoComplete: "off",
    required: true,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => onChange({ ...form, [name]: event.currentTarget.value }),
  });
  return (
    <>
      <TextInput label="Address" placeholder="https://vault.example.org:8200" required {...text("address")} />
      <TextInput label="Mount of the transit engine" required {...text("mount")} />
      <TextInput
        label="Key"
        description="Of the type aes256-gcm96, and neither exportable nor deletable."
        required
        {...text("key")}
      />
      <TextInput label="Namespace" description="Leave empty if there are none." {...text("namespace")} />
      <NativeSelect
        label="Hilum signs in with"
        data={[
          { value: "approle", label: "An AppRole" },
          { value: "token", label: "A token" },
        ]}
        value={form.signIn}
        onChange={(event) => onChange({ ...form, signIn: event.currentTarget.value === "token" ? "token" : "approle" })}
      />
      {form.signIn === "token" ? (
        <PasswordField
          label="Token"
          description="One that does not run out: it is needed at each start."
          {...secret("token")}
        />
      ) : (
        <>
          <PasswordField label="Role id" {...secret("roleId")} />
          <PasswordField label="Secret id" {...secret("secretId")} />
        </>
      )}
      <Textarea
        label="Certificate of its authority (PEM)"
        description="Only where its certificate is of an authority of your own."
        rows={3}
        spellCheck={false}
        value={form.authority}
        onChange={(event) => onChange({ ...form, authority: event.currentTarget.value })}
      />
    </>
  );
}

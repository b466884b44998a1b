/** A line that is to be taken elsewhere: selected as a whole, and copied where the browser allows it. */
import { CopyButton } from "../ui";

export function CopyLine({ text }: { readonly text: string }) {
  return (
    <p className="copy-line">
      <code>{text}</code>
      <CopyButton text={text} />
    </p>
  );
}

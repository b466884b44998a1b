/** A line that is to be taken elsewhere: selected as a whole, and copied where the browser allows it. */
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useText } from "../i18n";
import { IconButton } from "../ui";

export function CopyLine({ text }: { readonly text: string }) {
  const t = useText();
  const [copied, setCopied] = useState(false);
  return (
    <p className="copy-line">
      <code>{text}</code>
      {/* The clipboard exists only in secure contexts; elsewhere the line can still be selected. */}
      {isSecureContext && (
        <IconButton
          label={copied ? t.common.copied : t.common.copy}
          onClick={() => {
            void navigator.clipboard.writeText(text).then(() => setCopied(true));
          }}
        >
          {copied ? <Check size={18} aria-hidden /> : <Copy size={18} aria-hidden />}
        </IconButton>
      )}
    </p>
  );
}

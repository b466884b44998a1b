/** The words one looks for. The address follows when typing pauses. */
import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useText } from "../i18n";
import { IconButton } from "../ui";

const PAUSE_MS = 300;

interface SearchFieldProps {
  readonly query: string;
  readonly change: (query: string) => void;
}

export function SearchField({ query, change }: SearchFieldProps) {
  const t = useText();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(query);
  /** What the address is known to say, or was told last. */
  const told = useRef(query);
  useEffect(() => {
    if (told.current === query) return;
    told.current = query;
    setText(query);
  }, [query]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === told.current) return;
    const timer = setTimeout(() => {
      told.current = wanted;
      change(wanted);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, change]);
  return (
    <div className="search guide-search" role="search">
      <Search size={18} aria-hidden />
      <input
        ref={field}
        type="search"
        aria-label={t.guide.search}
        placeholder={t.guide.search}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || text === "") return;
          setText("");
          event.preventDefault();
        }}
      />
      {text && (
        <IconButton
          label={t.guide.clearSearch}
          onClick={() => {
            setText("");
            field.current?.focus();
          }}
        >
          <X size={18} aria-hidden />
        </IconButton>
      )}
    </div>
  );
}

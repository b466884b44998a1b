/** A text of an answer or a message, as React elements. Nothing of it ever becomes markup. */
import { Link } from "@tanstack/react-router";
import { Fragment, memo, useMemo } from "react";
import { readAddress } from "../guide/address";
import { blocks, inline, type Block, type Inline, type Target } from "./markdown";

export function Markdown({ text }: { readonly text: string }) {
  const parts = useMemo(() => blocks(text), [text]);
  // Blocks are appended to and never move: their place is what they are.
  // oxlint-disable-next-line react/no-array-index-key
  return parts.map((block, index) => <OneBlock key={index} kind={block.kind} source={JSON.stringify(block)} />);
}

/** A block whose words are the same is not read again while those behind it are being written. */
const OneBlock = memo(function OneBlock({ source }: { readonly kind: Block["kind"]; readonly source: string }) {
  const block = JSON.parse(source) as Block;
  switch (block.kind) {
    case "code":
      return (
        <pre className="talk-code" dir="ltr">
          <code>{block.text}</code>
        </pre>
      );
    case "list": {
      const items = block.items.map((item, index) => (
        // oxlint-disable-next-line react/no-array-index-key
        <li key={index} dir="auto">
          <Words text={item} />
        </li>
      ));
      return block.ordered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>;
    }
    case "heading":
      return (
        <p dir="auto">
          <strong>
            <Words text={block.text} />
          </strong>
        </p>
      );
    case "paragraph":
      return (
        <p dir="auto">
          <Words text={block.text} />
        </p>
      );
  }
});

function Words({ text }: { readonly text: string }) {
  return <Pieces pieces={inline(text)} />;
}

function Pieces({ pieces }: { readonly pieces: readonly Inline[] }) {
  // oxlint-disable-next-line react/no-array-index-key
  return pieces.map((piece, index) => <Fragment key={index}>{pieceOf(piece)}</Fragment>);
}

function pieceOf(piece: Inline) {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "break":
      return <br />;
    case "code":
      return <code>{piece.text}</code>;
    case "strong":
      return (
        <strong>
          <Pieces pieces={piece.inside} />
        </strong>
      );
    case "em":
      return (
        <em>
          <Pieces pieces={piece.inside} />
        </em>
      );
    case "link":
      return <Way target={piece.target} inside={piece.inside} />;
  }
}

function Way({ target, inside }: { readonly target: Target; readonly inside: readonly Inline[] }) {
  switch (target.to) {
    case "watch":
      return (
        <Link to="/watch/$channel" params={{ channel: target.channel }} preload={false}>
          <Pieces pieces={inside} />
        </Link>
      );
    case "guide":
      return (
        <Link to="/guide" search={readAddress(target.search)} preload={false}>
          <Pieces pieces={inside} />
        </Link>
      );
    case "outside":
      return (
        <a href={target.href} target="_blank" rel="noopener noreferrer" title={target.href}>
          <Pieces pieces={inside} />
        </a>
      );
  }
}

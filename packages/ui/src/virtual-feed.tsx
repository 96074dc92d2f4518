"use client";
import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import {
  type ReactNode,
  type Ref,
  type UIEvent,
  useCallback,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";
import { plural } from "./format.ts";

/** How near the end (px) still counts as being there. */
const END_THRESHOLD = 48;

export type VirtualFeedHandle = { scrollToIndex: (index: number) => void; scrollToEnd: () => void };

export type VirtualFeedProps<T> = {
  items: readonly T[];
  getKey: (item: T) => string;
  renderItem: (item: T, index: number) => ReactNode;
  /** Expected height in px before an item was measured; exact where all are equal. */
  estimateSize: (item: T) => number;
  label: string;
  height?: string;
  empty?: ReactNode;
  /** Where an open feed begins: at its end (live) or at its start (finished). */
  startAt?: "start" | "end";
  /** `estimateSize` is exact, so nothing needs to be measured: the way to scroll through very many lines smoothly. */
  fixedSize?: boolean;
  /** Items are as wide as their content and the feed scrolls sideways. */
  wide?: boolean;
  /** So many items beyond the visible ones are drawn; few where an item may be tall and dear. */
  overscan?: number;
  /** The word of the "n new" button. */
  noun?: string;
  className?: string;
  ref?: Ref<VirtualFeedHandle>;
};

/**
 * A long list of which only the visible part exists in the page. It sticks to its end until the reader scrolls up;
 * from then on what is being read does not move, and a button says how many came since.
 */
export function VirtualFeed<T>(props: VirtualFeedProps<T>) {
  const {
    items,
    getKey,
    renderItem,
    estimateSize,
    label,
    height = "100%",
    empty,
    wide,
    noun = "new item",
    className,
  } = props;
  const scroller = useRef<HTMLElement>(null);
  const { estimate, keyOf } = useStableReaders({ items, getKey, estimateSize });
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: estimate,
    getItemKey: keyOf,
    overscan: props.overscan ?? 10,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: END_THRESHOLD,
  });
  const { fresh, stuck, onScroll, toEnd } = useStickToEnd({
    virtualizer,
    count: items.length,
    startAt: props.startAt ?? "end",
  });
  useImperativeHandle(
    props.ref,
    () => ({ scrollToIndex: (index) => virtualizer.scrollToIndex(index, { align: "center" }), scrollToEnd: toEnd }),
    [virtualizer, toEnd],
  );
  return (
    <div className={cn("relative min-h-0 min-w-0", className)} style={{ height }}>
      <section
        ref={scroller}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        data-focus="inset"
        onScroll={onScroll}
        className="h-full overflow-auto [overflow-anchor:none]"
      >
        {items.length === 0 ? empty : null}
        <div className="relative w-full" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((row) => {
            const item = items[row.index];
            return item === undefined ? null : (
              <div
                key={row.key}
                ref={props.fixedSize ? undefined : virtualizer.measureElement}
                data-index={row.index}
                className={cn("absolute top-0 left-0", wide ? "w-max min-w-full" : "w-full")}
                style={{ transform: `translateY(${row.start}px)` }}
              >
                {renderItem(item, row.index)}
              </div>
            );
          })}
        </div>
      </section>
      {stuck || virtualizer.getTotalSize() <= (virtualizer.scrollRect?.height ?? 0) ? null : (
        <Button
          size="sm"
          variant={fresh > 0 ? "primary" : "secondary"}
          onClick={toEnd}
          icon={<ArrowDown aria-hidden />}
          className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-pop"
        >
          {fresh > 0 ? plural(fresh, noun) : "To the end"}
        </Button>
      )}
    </div>
  );
}

type ReaderArgs<T> = { items: readonly T[]; getKey: (item: T) => string; estimateSize: (item: T) => number };

/**
 * Key and size by index, as functions that stay the same while the list grows: the virtualizer lays out every item
 * anew when they change, which for 100,000 lines would be felt on each one that is added.
 */
function useStableReaders<T>(args: ReaderArgs<T>) {
  const latest = useRef(args);
  latest.current = args;
  const estimate = useCallback((index: number) => {
    const item = latest.current.items[index];
    return item === undefined ? 0 : latest.current.estimateSize(item);
  }, []);
  const keyOf = useCallback((index: number) => {
    const item = latest.current.items[index];
    return item === undefined ? index : latest.current.getKey(item);
  }, []);
  return { estimate, keyOf };
}

type StickArgs = { virtualizer: Virtualizer<HTMLElement, Element>; count: number; startAt: "start" | "end" };

function useStickToEnd({ virtualizer, count, startAt }: StickArgs) {
  const [stuck, setStuck] = useState(startAt === "end");
  const [seen, setSeen] = useState(count);
  const lastTop = useRef(0);

  useEffect(() => {
    if (stuck) {
      setSeen(count);
      virtualizer.scrollToEnd();
    }
  }, [stuck, count, virtualizer]);

  const onScroll = useCallback((event: UIEvent<HTMLElement>) => {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    if (scrollHeight - clientHeight - scrollTop <= END_THRESHOLD) {
      setStuck(true);
    } else if (scrollTop < lastTop.current) {
      // Growing content also moves away from the end; only a move upwards is the reader's wish.
      setStuck(false);
    }
    lastTop.current = scrollTop;
  }, []);

  const toEnd = useCallback(() => {
    setStuck(true);
    virtualizer.scrollToEnd();
  }, [virtualizer]);

  return { fresh: Math.max(0, count - seen), stuck, onScroll, toEnd };
}

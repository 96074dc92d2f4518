"use client";
import { Button, Card, CardBody, CardFooter, CardHeader } from "@djinnbot/ui";
import type { FormEvent, ReactNode } from "react";
import { RootFault } from "../form/root-fault.tsx";

type FormCardProps = {
  title: string;
  description?: string;
  icon: ReactNode;
  onSubmit: (event: FormEvent) => void;
  isDirty: boolean;
  /** False while what is typed cannot be saved. */
  canSave?: boolean;
  isSubmitting: boolean;
  /** Told after it was saved: "Saved". */
  done: string | null;
  fault: string | undefined;
  submitLabel?: string;
  /** What stands beside the button while something is typed: "Unsaved changes" unless given. */
  pending?: string;
  /** For a form that is longer than a line: a way back to what is saved. */
  onDiscard?: () => void;
  children: ReactNode;
};

/** A card that is one small form with one button. */
export function FormCard(props: FormCardProps) {
  const {
    title,
    description,
    icon,
    isDirty,
    canSave = true,
    isSubmitting,
    done,
    submitLabel = "Save",
    pending = "Unsaved changes",
    onDiscard,
  } = props;
  const size = onDiscard === undefined ? "sm" : "md";
  return (
    <Card asChild>
      <form onSubmit={props.onSubmit} noValidate>
        <CardHeader icon={icon} title={title} {...(description === undefined ? {} : { description })} />
        <CardBody className="flex flex-col gap-4">
          {props.children}
          <RootFault message={props.fault} />
        </CardBody>
        <CardFooter>
          <Button type="submit" size={size} variant="primary" disabled={!isDirty || !canSave} loading={isSubmitting}>
            {submitLabel}
          </Button>
          {onDiscard === undefined ? null : (
            <Button variant="ghost" disabled={!isDirty || isSubmitting} onClick={onDiscard}>
              Discard changes
            </Button>
          )}
          <span role="status">{isDirty ? pending : done}</span>
        </CardFooter>
      </form>
    </Card>
  );
}

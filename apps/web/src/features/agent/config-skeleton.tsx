import { Card, CardBody, CardFooter, CardHeader, Skeleton } from "@djinnbot/ui";
import { Cpu } from "lucide-react";

/** The form of the configuration to come, as large as the real one. */
export function ConfigSkeleton() {
  return (
    <Card>
      <CardHeader icon={<Cpu aria-hidden />} title="Work" description="A pipeline's own settings come before these." />
      <CardBody className="flex flex-col gap-4">
        <div role="status" aria-label="Loading" className="flex flex-col gap-4">
          <div className="grid gap-4 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <Skeleton className="h-20" />
            <Skeleton className="h-20" />
          </div>
          <Skeleton className="h-22" />
          <div className="grid gap-4 sm:grid-cols-2">
            <Skeleton className="h-20" />
            <Skeleton className="h-20" />
          </div>
        </div>
      </CardBody>
      <CardFooter>
        <Skeleton className="h-control w-16" />
      </CardFooter>
    </Card>
  );
}

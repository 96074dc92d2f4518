import { TrpcProvider } from "@/trpc/provider.tsx";
export default function L({ children }: { children: React.ReactNode }) { return <html lang="en"><body><TrpcProvider>{children}</TrpcProvider></body></html>; }

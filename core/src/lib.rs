//! What Kubernetes answers to dual-stack Services, as one pure function.

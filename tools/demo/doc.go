// Package demo is the command `holdfast demo`: a made-up SaaS business of 120 days goes through the embedded broker and
// the real processor, the processor is killed in the middle and started again, and a separate reader compares what came
// out with what had to.
//
// Read in this order: run.go (the acts of the show), business.go (what happened in the business), oracle.go (what must
// come out of it, worked out a second time from the plain list of events), check.go (the comparison), report.go and
// page.go (what a person sees).
package demo

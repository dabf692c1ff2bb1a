//! A limited number of spans of time.

/// The maximum number of spans; a clock that was never wrong needs one.
const MAX: usize = 6;

/// Spans of time in Unix seconds. They exclude their ends, are sorted, and do not touch each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans(Vec<(u64, u64)>);

impl Spans {
    /// Adds a span. Returns whether any of it was new.
    pub(super) fn add(&mut self, mut from: u64, mut until: u64) -> bool {
        if self.0.iter().any(|span| span.0 <= from && until <= span.1) {
            return false;
        }
        self.0.retain(|span| {
            let is_apart = span.1 < from || until < span.0;
            if !is_apart {
                (from, until) = (from.min(span.0), until.max(span.1));
            }
            is_apart
        });
        let place = self.0.partition_point(|span| span.0 < from);
        self.0.insert(place, (from, until));
        if self.0.len() > MAX {
            self.join(place);
        }
        true
    }

    /// Merges two spans. The gap between them is lost, so it chooses the gap to which the clock is
    /// least likely to return: the shortest one in proportion to the time since it began. So the
    /// gap of a clock that jumps ahead outlives the gaps of nights. The gap after `newest` is kept,
    /// because the clock is about to pass through it.
    fn join(&mut self, newest: usize) {
        let Some(&(_, top)) = self.0.last() else {
            return;
        };
        let gap = |n: &usize| {
            let (begins, ends) = (self.0[n - 1].1, self.0[*n].0);
            (u128::from(ends - begins), u128::from(top - begins))
        };
        let gaps = (1..self.0.len()).filter(|n| *n != newest + 1);
        let least = gaps.min_by(|a, b| {
            let ((length_a, since_a), (length_b, since_b)) = (gap(a), gap(b));
            (length_a * since_b).cmp(&(length_b * since_a))
        });
        if let Some(least) = least {
            let (_, until) = self.0.remove(least);
            self.0[least - 1].1 = until;
        }
    }

    /// Returns the spans in order, each as its first second and the second after its last.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().copied()
    }
}

impl FromIterator<(u64, u64)> for Spans {
    /// Collects spans, and ignores those that are empty or end before they begin.
    fn from_iter<I: IntoIterator<Item = (u64, u64)>>(spans: I) -> Self {
        let mut kept = Self::default();
        for (from, until) in spans {
            if from < until {
                kept.add(from, until);
            }
        }
        kept
    }
}
